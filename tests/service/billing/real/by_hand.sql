-- The part of AWS in the bill, asked without tagward: DuckDB, from its own directory.
WITH lines AS (
  SELECT
    ChargeCategory AS category,
    nullif(ResourceId, 'NULL') AS resource,
    CAST(BilledCost AS DECIMAL(38, 18)) AS billed,
    TRY_CAST(Tags AS JSON) AS tags
  FROM read_csv('focus_sample_1.0.csv.gz', all_varchar = true)
  WHERE ProviderName = 'AWS'
),
judged AS (
  SELECT *,
    coalesce(tags ->> 'application', '') <> ''
      AND coalesce(tags ->> 'environment', '') <> ''
      AND coalesce(tags ->> 'business_unit', '') <> '' AS tagged
  FROM lines
)
SELECT
  count(*) FILTER (tagged) AS lines_tagged,
  count(*) AS lines,
  count(DISTINCT resource) FILTER (tagged) AS resources_tagged,
  count(DISTINCT resource) AS resources,
  sum(billed) FILTER (tagged AND category = 'Usage' AND billed > 0) AS usage_tagged,
  sum(billed) FILTER (category = 'Usage' AND billed > 0) AS usage,
  sum(billed) FILTER (category = 'Credit') AS credits,
  sum(billed) FILTER (category = 'Usage' AND billed < 0) AS refunds,
  sum(billed) AS billed
FROM judged
