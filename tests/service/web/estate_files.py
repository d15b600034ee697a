"""The files of the organisation that tests and screenshots show."""

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: 2.3.0, owner: ml-platform@acme.example}
extends: pack:ml-platform
readiness: {threshold: 90, measure: cost}
registries:
  teams: {file: teams.csv, column: slug, until: retired_on}
tags:
  ml-team:
    registry: teams
    example: fraud-detection
    aliases: [{key: team, until: 2026-12-31}]
    message: "The teams are listed in teams.csv"
    override: teams move from `team` at their own pace
  ml-environment:
    replaces: {production: prod, stage: staging}
exemptions:
  - id: EX-014
    owner: data-platform@acme.example
    reason: the image of the vendor starts its volumes without tags
    expires: 2027-03-30
    tags: [ml-experiment-id, ml-project]
    match: {types: ["aws:ec2:volume"], accounts: ["111122223333"]}
  - id: EX-021
    owner: vision@acme.example
    reason: storage of the old labelling tool is emptied until then
    expires: 2026-12-12
    tags: [ml-team, ml-environment]
    match: {types: ["azure:Microsoft.Storage/storageAccounts"]}
"""

TEAMS = """\
slug,name,contact,retired_on
fraud-detection,Fraud detection,fraud@acme.example,
search-ranking,Search ranking,search@acme.example,
computer-vision,Computer vision,vision@acme.example,
forecasting,Demand forecasting,forecasting@acme.example,
recommendations,Recommendations,recsys@acme.example,
nlp-assistants,Assistants,nlp@acme.example,
ml-platform,ML platform,platform@acme.example,
"""

RULES = """\
apiVersion: tagward/v1
kind: Showback
allocations:
  - id: platform-k8s
    owner: platform@acme.example
    source: {services: ["*Kubernetes*"]}
    method: proportional
  - id: support
    owner: finops@acme.example
    source: {classes: [support, tax]}
    method: proportional
budgets:
  fraud-detection: {amount: 640000, currency: USD, alert_at: [80, 100], rise: 50}
  search-ranking: {amount: 460000, currency: USD, alert_at: [80, 100], rise: 50}
disputes:
  - {id: D-old, team: forecasting, reason: belongs to search, services: [Storage Accounts], outcome: open}
"""
