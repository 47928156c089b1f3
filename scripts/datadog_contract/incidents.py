"""Incidents. The same in our words: tests/providers/datadog/test_contract_records.py."""

from __future__ import annotations

from datadog_api_client import ApiClient
from datadog_api_client.v2.api.incidents_api import IncidentsApi
from datadog_api_client.v2.model.attachment_data_attributes_attachment_type import (
    AttachmentDataAttributesAttachmentType,
)
from datadog_api_client.v2.model.create_attachment_request import CreateAttachmentRequest
from datadog_api_client.v2.model.create_attachment_request_data import CreateAttachmentRequestData
from datadog_api_client.v2.model.create_attachment_request_data_attributes import (
    CreateAttachmentRequestDataAttributes,
)
from datadog_api_client.v2.model.create_attachment_request_data_attributes_attachment import (
    CreateAttachmentRequestDataAttributesAttachment,
)
from datadog_api_client.v2.model.incident_attachment_type import IncidentAttachmentType
from datadog_api_client.v2.model.incident_search_sort_order import IncidentSearchSortOrder
from datadog_api_client.v2.model.incident_todo_assignee_array import IncidentTodoAssigneeArray
from datadog_api_client.v2.model.incident_todo_attributes import IncidentTodoAttributes
from datadog_api_client.v2.model.incident_todo_create_data import IncidentTodoCreateData
from datadog_api_client.v2.model.incident_todo_create_request import IncidentTodoCreateRequest
from datadog_api_client.v2.model.incident_todo_patch_data import IncidentTodoPatchData
from datadog_api_client.v2.model.incident_todo_patch_request import IncidentTodoPatchRequest
from datadog_api_client.v2.model.incident_todo_type import IncidentTodoType

ID = "991b0712-45ac-5c58-990b-958a10759544"
TODO = "fcbc4d56-bca2-5d1d-9b81-da1a2da35d28"
TYPE = IncidentTodoType("incident_todos")
WHO = IncidentTodoAssigneeArray(["@jisoo@example.com"])


def search(client: ApiClient) -> None:
    IncidentsApi(client).search_incidents(
        query="state:(active OR stable OR resolved)",
        sort=IncidentSearchSortOrder("-created"),
        page_size=25,
    )


def get(client: ApiClient) -> None:
    IncidentsApi(client).get_incident(incident_id=ID)


def integrations(client: ApiClient) -> None:
    IncidentsApi(client).list_incident_integrations(incident_id=ID)


def attachments(client: ApiClient) -> None:
    IncidentsApi(client).list_incident_attachments(incident_id=ID)


def attach(client: ApiClient) -> None:
    attachment = CreateAttachmentRequestDataAttributesAttachment(
        document_url="https://app.datadoghq.com/notebook/1000", title="Post-mortem"
    )
    attributes = CreateAttachmentRequestDataAttributes(
        attachment_type=AttachmentDataAttributesAttachmentType("postmortem"), attachment=attachment
    )
    data = CreateAttachmentRequestData(type=IncidentAttachmentType("incident_attachments"), attributes=attributes)
    IncidentsApi(client).create_incident_attachment(incident_id=ID, body=CreateAttachmentRequest(data=data))


def todos(client: ApiClient) -> None:
    IncidentsApi(client).list_incident_todos(incident_id=ID)


def todo(client: ApiClient) -> None:
    attributes = IncidentTodoAttributes(content="Fix Buy", assignees=WHO)
    data = IncidentTodoCreateData(type=TYPE, attributes=attributes)
    IncidentsApi(client).create_incident_todo(incident_id=ID, body=IncidentTodoCreateRequest(data=data))


def change_todo(client: ApiClient) -> None:
    attributes = IncidentTodoAttributes(content="Fix Buy", assignees=WHO, completed="2026-11-23T12:00:00+00:00")
    data = IncidentTodoPatchData(type=TYPE, attributes=attributes)
    IncidentsApi(client).update_incident_todo(incident_id=ID, todo_id=TODO, body=IncidentTodoPatchRequest(data=data))


CASES = {
    "incident-search": search,
    "incident-get": get,
    "incident-integrations": integrations,
    "incident-attachments": attachments,
    "incident-attach": attach,
    "incident-todos": todos,
    "incident-todo": todo,
    "incident-change-todo": change_todo,
}
