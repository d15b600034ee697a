-- The view `staged`: lines of the table `focus`, whose tags are JSON text, as ml-platform 1.0.0 asks for them.
WITH decoded AS (
  SELECT
    FORMAT_DATE('%Y-%m', BillingPeriodStart) AS period,
    CASE
      WHEN LOWER(ProviderName) LIKE 'aws%' OR LOWER(ProviderName) LIKE '%amazon%'
      THEN 'aws'
      WHEN LOWER(ProviderName) LIKE '%microsoft%' OR LOWER(ProviderName) LIKE '%azure%'
      THEN 'azure'
      WHEN LOWER(ProviderName) LIKE '%google%' OR LOWER(ProviderName) LIKE 'gcp%'
      THEN 'gcp'
      ELSE ''
    END AS cloud,
    ProviderName AS provider,
    SubAccountId AS account,
    SubAccountName AS account_name,
    ServiceName AS service,
    RegionId AS region,
    ResourceId AS resource_id,
    ResourceName AS resource_name,
    ChargeCategory AS charge_category,
    ChargeClass AS charge_class,
    CommitmentDiscountId AS commitment,
    CommitmentDiscountStatus AS commitment_status,
    BillingCurrency AS currency,
    CAST(NULL AS BOOL) AS taggable,
    BilledCost < 0 OR EffectiveCost < 0 AS negative,
    CAST(BilledCost AS BIGNUMERIC) AS billed,
    CAST(EffectiveCost AS BIGNUMERIC) AS effective,
    1 AS lines,
    ChargePeriodStart AS last_start,
    (SELECT ARRAY_AGG(STRUCT(key, LAX_STRING(parsed[key]) AS value)) FROM (SELECT SAFE.PARSE_JSON(Tags) AS parsed), UNNEST(JSON_KEYS(parsed, 1)) AS key) AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws', 'gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-team') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-team'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'ml-team')) END AS tag_ml_team,
  CASE WHEN cloud IN ('aws', 'gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-project') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-project'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'ml-project')) END AS tag_ml_project,
  CASE WHEN cloud IN ('aws', 'gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-workload-type') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-workload-type'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'ml-workload-type')) END AS tag_ml_workload_type,
  CASE WHEN cloud IN ('aws', 'gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-environment') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-environment'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'ml-environment')) END AS tag_ml_environment,
  CASE WHEN cloud IN ('aws', 'gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-experiment-id') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'ml-experiment-id'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'ml-experiment-id')) END AS tag_ml_experiment_id
FROM decoded
