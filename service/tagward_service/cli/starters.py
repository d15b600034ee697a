"""What `tagward init` writes."""

POLICY = """\
# What every cloud resource and workload must carry. `tagward check` explains it.
apiVersion: tagward/v1
kind: TagPolicy

metadata:
  name: our-tags
  version: 0.1.0
  owner: platform@example.com

# ml-platform asks for ml-team, ml-project, ml-workload-type, ml-environment and, for training,
# ml-experiment-id. pack:finops-core asks for owner, cost centre, environment and application.
extends: pack:ml-platform

# From which share of the spend that teams can be charged costs are charged back.
readiness: {threshold: 90, measure: cost}

# The team list in a file, with the day on which a team retired:
# registries:
#   teams: {file: teams.csv, column: slug, until: retired_on}

# Warn at first, and deny from a day that everybody knows:
# tags:
#   ml-team:
#     enforce: [{mode: warn}, {from: 2027-01-15, mode: deny}]
#     override: teams get time to tag what they have

# What cannot be tagged yet, with an owner, a reason and a last day:
# exemptions:
#   - id: EX-001
#     owner: data-platform@example.com
#     reason: the vendor image cannot tag its volumes
#     expires: 2027-02-28
#     tags: [ml-project]
#     match: {types: ["aws:ec2:volume"]}
"""

TEST = """\
# What the policy means, case by case: `tagward test` runs them, docs/testing.md explains them.
apiVersion: tagward/v1
kind: Test
policy: tagward.yaml
as_of: 2027-01-01 # cases are judged on this day, whenever they are run

cases:
  - name: inference with its tags is compliant
    resource:
      type: aws_instance
      tags:
        ml-team: fraud-detection
        ml-project: card-scoring
        ml-workload-type: inference
        ml-environment: prod
    expect: compliant

  - name: training needs an experiment, too
    resource:
      type: aws_instance
      tags:
        ml-team: fraud-detection
        ml-project: card-scoring
        ml-workload-type: training
        ml-environment: prod
    expect: [TW001 ml-experiment-id]

  - name: a label of the workload alone does not reach its pods
    manifest:
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: scorer, labels: {ml-team: fraud-detection}}
      spec: {template: {spec: {containers: [{name: scorer, image: scorer}]}}}
    expect:
      includes: [TW009 ml-team]
"""

GITHUB = """\
name: tags
on: [pull_request]
permissions: {contents: read}
jobs:
  tags:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: hashicorp/setup-terraform@v3
        with: {terraform_wrapper: false}
      - run: pipx install tagward
      - run: tagward test
      - run: terraform init -input=false && terraform plan -input=false -out=plan.out
      - run: terraform show -json plan.out > plan.json
      - run: tagward lint plan.json -f github -f markdown=tags.md
      - run: cat tags.md >> "$GITHUB_STEP_SUMMARY"
        if: always()
"""

GITLAB = """\
# include: {local: .gitlab/tagward.yml} in .gitlab-ci.yml; needs plan.json of an earlier job.
tags:
  image: python:3.13-slim
  script:
    - pip install tagward
    - tagward test
    - tagward lint plan.json -f text -f gitlab=tags.json -f junit=tags.xml
  artifacts:
    when: always
    reports:
      codequality: tags.json
      junit: tags.xml
"""

PRE_COMMIT = """\
repos:
  - repo: local
    hooks:
      - id: tagward
        name: tags of Kubernetes manifests
        language: python
        additional_dependencies: [tagward]
        entry: tagward lint --allow-empty
        files: ^manifests/.*\\.(ya?ml|json)$
"""

FILES = {
    "tagward.yaml": POLICY,
    "tagward.test.yaml": TEST,
    ".github/workflows/tagward.yml": GITHUB,
    ".gitlab/tagward.yml": GITLAB,
}
"""Path to content, in the order in which they are written; all of them are tagward's own."""

PRE_COMMIT_FILE = ".pre-commit-config.yaml"
"""Shared with other tools, so it is written only where there is none."""
