-- The view `staged`: lines of the table `focus`, whose tags are maps, as finops-core 1.0.0 asks for them.
WITH decoded AS (
  SELECT
    STRFTIME(BillingPeriodStart, '%Y-%m') AS period,
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
    CAST(NULL AS BOOLEAN) AS taggable,
    BilledCost < 0 OR EffectiveCost < 0 AS negative,
    CAST(CAST(BilledCost AS TEXT) AS DECIMAL(38, 18)) AS billed,
    CAST(CAST(EffectiveCost AS TEXT) AS DECIMAL(38, 18)) AS effective,
    1 AS lines,
    ChargePeriodStart AS last_start,
    Tags AS tag_map
  FROM focus
)
SELECT
  decoded.*,
  CASE WHEN cloud IN ('aws') THEN tag_map['Owner'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['Owner'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'owner')[1].value) WHEN cloud IN ('gcp') THEN tag_map['owner'] END AS tag_owner,
  CASE WHEN cloud IN ('aws') THEN tag_map['CostCenter'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['CostCenter'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'costcenter')[1].value) WHEN cloud IN ('gcp') THEN tag_map['cost_center'] END AS tag_cost_center,
  CASE WHEN cloud IN ('aws') THEN tag_map['Environment'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['Environment'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'environment')[1].value) WHEN cloud IN ('gcp') THEN tag_map['environment'] END AS tag_environment,
  CASE WHEN cloud IN ('aws') THEN tag_map['Application'] WHEN cloud IN ('azure') THEN COALESCE(tag_map['Application'], list_filter(map_entries(tag_map), lambda each: lower(each.key) = 'application')[1].value) WHEN cloud IN ('gcp') THEN tag_map['application'] END AS tag_application
FROM decoded
