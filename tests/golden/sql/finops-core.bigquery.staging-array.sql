-- The view `staged`: lines of the table `focus`, whose tags are lists of structs with key and value, as finops-core 1.0.0 asks for them.
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
    Tags AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'Owner') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'Owner'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'owner')) WHEN cloud IN ('gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'owner') END AS tag_owner,
  CASE WHEN cloud IN ('aws') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'CostCenter') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'CostCenter'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'costcenter')) WHEN cloud IN ('gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'cost_center') END AS tag_cost_center,
  CASE WHEN cloud IN ('aws') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'Environment') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'Environment'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'environment')) WHEN cloud IN ('gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'environment') END AS tag_environment,
  CASE WHEN cloud IN ('aws') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'Application') WHEN cloud IN ('azure') THEN COALESCE((SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'Application'), (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE LOWER(each.key) = 'application')) WHEN cloud IN ('gcp') THEN (SELECT MIN(each.value) FROM UNNEST(tag_map) AS each WHERE each.key = 'application') END AS tag_application
FROM decoded
