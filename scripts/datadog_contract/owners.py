"""Owners and keys. The same in our words: tests/providers/datadog/test_contract_records.py."""

from __future__ import annotations

from datadog_api_client import ApiClient
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.api.on_call_api import OnCallApi
from datadog_api_client.v2.api.rum_teams_ownership_api import RumTeamsOwnershipApi
from datadog_api_client.v2.api.software_catalog_api import SoftwareCatalogApi
from datadog_api_client.v2.api.teams_api import TeamsApi
from datadog_api_client.v2.api.users_api import UsersApi

TEAM = "aeadc05e-98a8-11ec-ac2c-da7ad0900001"


def rules(client: ApiClient) -> None:
    RumTeamsOwnershipApi(client).list_teams_ownership_rules()


def service(client: ApiClient) -> None:
    SoftwareCatalogApi(client).list_catalog_entity(filter_name="shop", filter_kind="service")


def teams(client: ApiClient) -> None:
    TeamsApi(client).list_teams(filter_keyword="payments", page_size=100)


def members(client: ApiClient) -> None:
    TeamsApi(client).get_team_memberships(team_id=TEAM, page_size=100)


def on_call(client: ApiClient) -> None:
    OnCallApi(client).get_team_on_call_users(team_id=TEAM, include="responders")


def user(client: ApiClient) -> None:
    UsersApi(client).get_user(user_id="3ad549bf-eba0-11e9-a77a-0705486660d0")


def users(client: ApiClient) -> None:
    UsersApi(client).list_users(filter="jisoo@example.com", page_size=100)


def keys(client: ApiClient) -> None:
    KeyManagementApi(client).validate_api_key()


CASES = {
    "owner-rules": rules,
    "owner-service": service,
    "owner-teams": teams,
    "owner-members": members,
    "owner-on-call": on_call,
    "owner-user": user,
    "owner-users": users,
    "owner-keys": keys,
}
