"""Case Management. The same in our words: tests/providers/datadog/test_contract_records.py."""

from __future__ import annotations

from datadog_api_client import ApiClient
from datadog_api_client.v2.api.case_management_api import CaseManagementApi
from datadog_api_client.v2.model.case_comment import CaseComment
from datadog_api_client.v2.model.case_comment_attributes import CaseCommentAttributes
from datadog_api_client.v2.model.case_comment_request import CaseCommentRequest
from datadog_api_client.v2.model.case_create import CaseCreate
from datadog_api_client.v2.model.case_create_attributes import CaseCreateAttributes
from datadog_api_client.v2.model.case_create_relationships import CaseCreateRelationships
from datadog_api_client.v2.model.case_create_request import CaseCreateRequest
from datadog_api_client.v2.model.case_priority import CasePriority
from datadog_api_client.v2.model.case_resource_type import CaseResourceType
from datadog_api_client.v2.model.case_sortable_field import CaseSortableField
from datadog_api_client.v2.model.project_relationship import ProjectRelationship
from datadog_api_client.v2.model.project_relationship_data import ProjectRelationshipData
from datadog_api_client.v2.model.project_resource_type import ProjectResourceType

CASE = CaseResourceType("case")


def create(client: ApiClient) -> None:
    project = ProjectRelationshipData(id="d4bbe1af-f36e-42f1-87c1-493ca35c320e", type=ProjectResourceType("project"))
    data = CaseCreate(
        type=CASE,
        attributes=CaseCreateAttributes(
            title="Buy does nothing",
            description="It *throws*.",
            type_id="00000000-0000-0000-0000-000000000001",
            priority=CasePriority("NOT_DEFINED"),
        ),
        relationships=CaseCreateRelationships(project=ProjectRelationship(data=project)),
    )
    CaseManagementApi(client).create_case(body=CaseCreateRequest(data=data))


def get(client: ApiClient) -> None:
    CaseManagementApi(client).get_case(case_id="DDFC-82974")


def newest(client: ApiClient) -> None:
    CaseManagementApi(client).search_cases(
        page_size=10, page_number=1, sort_field=CaseSortableField("created_at"), sort_asc=False, filter="buy button"
    )


def projects(client: ApiClient) -> None:
    CaseManagementApi(client).get_projects()


def comment(client: ApiClient) -> None:
    data = CaseComment(type=CASE, attributes=CaseCommentAttributes(comment="Asked in the thread."))
    CaseManagementApi(client).comment_case(case_id="DDFC-82974", body=CaseCommentRequest(data=data))


def timeline(client: ApiClient) -> None:
    CaseManagementApi(client).list_case_timeline(
        case_id="DDFC-82974", page_size=100, page_number=0, sort_ascending=False
    )


CASES = {
    "case-create": create,
    "case-get": get,
    "case-newest": newest,
    "case-projects": projects,
    "case-comment": comment,
    "case-timeline": timeline,
}
