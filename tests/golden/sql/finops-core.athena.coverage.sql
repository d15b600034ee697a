-- Coverage by cost of finops-core 1.0.0 on 2026-11-21, over the view `staged`: of what is
-- `chargeable` the attributable part carries valid tags. Every line is of one class.
WITH t1 AS (
  SELECT
    "t0"."period",
    "t0"."cloud",
    "t0"."provider",
    "t0"."account",
    "t0"."account_name",
    "t0"."service",
    "t0"."region",
    "t0"."resource_id",
    "t0"."resource_name",
    "t0"."charge_category",
    "t0"."charge_class",
    "t0"."commitment",
    "t0"."commitment_status",
    "t0"."currency",
    "t0"."taggable",
    "t0"."negative",
    "t0"."billed",
    "t0"."effective",
    "t0"."lines",
    "t0"."last_start",
    "t0"."tag_owner",
    "t0"."tag_cost_center",
    "t0"."tag_environment",
    "t0"."tag_application",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_owner", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_owner",
    COALESCE(REGEXP_LIKE(CONCAT("t0"."tag_owner", '!'), '^([a-z][\-0-9a-z]{1,40})!$'), FALSE) AS "fits_owner",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_cost_center", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_cost_center",
    COALESCE(REGEXP_LIKE(CONCAT("t0"."tag_cost_center", '!'), '^([0-9]{4,6})!$'), FALSE) AS "fits_cost_center",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_environment", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_environment",
    COALESCE(
      REGEXP_LIKE(
        CONCAT("t0"."tag_application", '!'),
        '^[\s   -     　]*([Cc][Hh][Aa][Nn][Gg][Ee][Mm][Ee]|[Dd][Ee][Ff][Aa][Uu][Ll][Tt]|[Nn]/[Aa]|[Nn][Oo][Nn][Ee]|[Tt][Bb][Dd]|[Uu][Nn][KkK][Nn][Oo][Ww][Nn])?[\s   -     　]*!$'
      ),
      FALSE
    ) AS "blank_application",
    COALESCE(
      REGEXP_LIKE(CONCAT("t0"."tag_application", '!'), '^([a-z][\-0-9a-z]{1,40})!$'),
      FALSE
    ) AS "fits_application"
  FROM "staged" AS "t0"
), t2 AS (
  SELECT
    "t1"."period",
    "t1"."cloud",
    "t1"."provider",
    "t1"."account",
    "t1"."account_name",
    "t1"."service",
    "t1"."region",
    "t1"."resource_id",
    "t1"."resource_name",
    "t1"."charge_category",
    "t1"."charge_class",
    "t1"."commitment",
    "t1"."commitment_status",
    "t1"."currency",
    "t1"."taggable",
    "t1"."negative",
    "t1"."billed",
    "t1"."effective",
    "t1"."lines",
    "t1"."last_start",
    "t1"."tag_owner",
    "t1"."tag_cost_center",
    "t1"."tag_environment",
    "t1"."tag_application",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_owner",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_cost_center",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_environment",
    COALESCE("t1"."cloud" IN ('aws', 'azure', 'gcp') AND TRUE, FALSE) AS "needed_application",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_owner" IS NOT NULL
        ) AND NOT (
          "t1"."blank_owner"
        )
      ),
      FALSE
    ) AS "present_owner",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_cost_center" IS NOT NULL
        ) AND NOT (
          "t1"."blank_cost_center"
        )
      ),
      FALSE
    ) AS "present_cost_center",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_environment" IS NOT NULL
        ) AND NOT (
          "t1"."blank_environment"
        )
      ),
      FALSE
    ) AS "present_environment",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_application" IS NOT NULL
        ) AND NOT (
          "t1"."blank_application"
        )
      ),
      FALSE
    ) AS "present_application",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_owner" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_owner"
        )
        AND (
          NOT (
            "t1"."tag_owner" IS NOT NULL
          ) OR "t1"."blank_owner" OR "t1"."fits_owner"
        )
      ),
      FALSE
    ) AS "valid_owner",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_cost_center" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_cost_center"
        )
        AND (
          NOT (
            "t1"."tag_cost_center" IS NOT NULL
          )
          OR "t1"."blank_cost_center"
          OR "t1"."fits_cost_center"
        )
      ),
      FALSE
    ) AS "valid_cost_center",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_environment" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_environment"
        )
        AND (
          NOT (
            "t1"."tag_environment" IS NOT NULL
          )
          OR "t1"."blank_environment"
          OR (
            (
              "t1"."tag_environment" IS NOT NULL
            )
            AND "t1"."tag_environment" IN ('dev', 'test', 'staging', 'prod')
          )
        )
      ),
      FALSE
    ) AS "valid_environment",
    COALESCE(
      "t1"."cloud" IN ('aws', 'azure', 'gcp')
      AND (
        (
          "t1"."tag_application" IS NOT NULL
        )
        AND NOT (
          "t1"."blank_application"
        )
        AND (
          NOT (
            "t1"."tag_application" IS NOT NULL
          )
          OR "t1"."blank_application"
          OR "t1"."fits_application"
        )
      ),
      FALSE
    ) AS "valid_application",
    FALSE AS "exempt_owner",
    FALSE AS "exempt_cost_center",
    FALSE AS "exempt_environment",
    FALSE AS "exempt_application",
    FALSE AS "breached",
    FALSE AS "broken"
  FROM t1 AS t1
), t3 AS (
  SELECT
    "t2"."period",
    "t2"."cloud",
    "t2"."provider",
    "t2"."account",
    "t2"."account_name",
    "t2"."service",
    "t2"."region",
    "t2"."resource_id",
    "t2"."resource_name",
    "t2"."charge_category",
    "t2"."charge_class",
    "t2"."commitment",
    "t2"."commitment_status",
    "t2"."currency",
    "t2"."taggable",
    "t2"."negative",
    "t2"."billed",
    "t2"."effective",
    "t2"."lines",
    "t2"."last_start",
    "t2"."tag_owner",
    "t2"."tag_cost_center",
    "t2"."tag_environment",
    "t2"."tag_application",
    "t2"."needed_owner",
    "t2"."needed_cost_center",
    "t2"."needed_environment",
    "t2"."needed_application",
    "t2"."present_owner",
    "t2"."present_cost_center",
    "t2"."present_environment",
    "t2"."present_application",
    "t2"."valid_owner",
    "t2"."valid_cost_center",
    "t2"."valid_environment",
    "t2"."valid_application",
    "t2"."cloud" IN ('aws', 'azure', 'gcp')
    AND NOT (
      "t2"."breached"
      OR (
        (
          "t2"."needed_owner" AND NOT (
            "t2"."present_owner"
          )
        )
        OR (
          "t2"."present_owner" AND NOT (
            "t2"."valid_owner"
          )
        )
      )
      OR (
        (
          "t2"."needed_cost_center" AND NOT (
            "t2"."present_cost_center"
          )
        )
        OR (
          "t2"."present_cost_center" AND NOT (
            "t2"."valid_cost_center"
          )
        )
      )
      OR (
        (
          "t2"."needed_environment" AND NOT (
            "t2"."present_environment"
          )
        )
        OR (
          "t2"."present_environment" AND NOT (
            "t2"."valid_environment"
          )
        )
      )
      OR (
        (
          "t2"."needed_application" AND NOT (
            "t2"."present_application"
          )
        )
        OR (
          "t2"."present_application" AND NOT (
            "t2"."valid_application"
          )
        )
      )
    ) AS "compliant",
    "t2"."cloud" IN ('aws', 'azure', 'gcp')
    AND (
      "t2"."breached"
      OR (
        (
          "t2"."needed_owner" AND NOT (
            "t2"."present_owner"
          )
        )
        OR (
          "t2"."present_owner" AND NOT (
            "t2"."valid_owner"
          )
        )
      )
      OR (
        (
          "t2"."needed_cost_center" AND NOT (
            "t2"."present_cost_center"
          )
        )
        OR (
          "t2"."present_cost_center" AND NOT (
            "t2"."valid_cost_center"
          )
        )
      )
      OR (
        (
          "t2"."needed_environment" AND NOT (
            "t2"."present_environment"
          )
        )
        OR (
          "t2"."present_environment" AND NOT (
            "t2"."valid_environment"
          )
        )
      )
      OR (
        (
          "t2"."needed_application" AND NOT (
            "t2"."present_application"
          )
        )
        OR (
          "t2"."present_application" AND NOT (
            "t2"."valid_application"
          )
        )
      )
    )
    AND NOT (
      "t2"."broken"
      OR (
        (
          (
            "t2"."needed_owner" AND NOT (
              "t2"."present_owner"
            )
          )
          OR (
            "t2"."present_owner" AND NOT (
              "t2"."valid_owner"
            )
          )
        )
        AND NOT (
          "t2"."exempt_owner"
        )
      )
      OR (
        (
          (
            "t2"."needed_cost_center" AND NOT (
              "t2"."present_cost_center"
            )
          )
          OR (
            "t2"."present_cost_center" AND NOT (
              "t2"."valid_cost_center"
            )
          )
        )
        AND NOT (
          "t2"."exempt_cost_center"
        )
      )
      OR (
        (
          (
            "t2"."needed_environment" AND NOT (
              "t2"."present_environment"
            )
          )
          OR (
            "t2"."present_environment" AND NOT (
              "t2"."valid_environment"
            )
          )
        )
        AND NOT (
          "t2"."exempt_environment"
        )
      )
      OR (
        (
          (
            "t2"."needed_application" AND NOT (
              "t2"."present_application"
            )
          )
          OR (
            "t2"."present_application" AND NOT (
              "t2"."valid_application"
            )
          )
        )
        AND NOT (
          "t2"."exempt_application"
        )
      )
    ) AS "exempt"
  FROM t2 AS t2
), t4 AS (
  SELECT
    "t3"."period",
    "t3"."cloud",
    "t3"."provider",
    "t3"."account",
    "t3"."account_name",
    "t3"."service",
    "t3"."region",
    "t3"."resource_id",
    "t3"."resource_name",
    "t3"."charge_category",
    "t3"."charge_class",
    "t3"."commitment",
    "t3"."commitment_status",
    "t3"."currency",
    "t3"."taggable",
    "t3"."negative",
    "t3"."billed",
    "t3"."effective",
    "t3"."lines",
    "t3"."last_start",
    "t3"."tag_owner",
    "t3"."tag_cost_center",
    "t3"."tag_environment",
    "t3"."tag_application",
    "t3"."needed_owner",
    "t3"."needed_cost_center",
    "t3"."needed_environment",
    "t3"."needed_application",
    "t3"."present_owner",
    "t3"."present_cost_center",
    "t3"."present_environment",
    "t3"."present_application",
    "t3"."valid_owner",
    "t3"."valid_cost_center",
    "t3"."valid_environment",
    "t3"."valid_application",
    "t3"."compliant",
    "t3"."exempt",
    CASE
      WHEN "t3"."cloud" = ''
      THEN 'elsewhere'
      WHEN "t3"."charge_category" = 'Tax'
      THEN 'tax'
      WHEN "t3"."charge_category" = 'Credit'
      THEN 'credits'
      WHEN "t3"."charge_category" = 'Adjustment'
      THEN 'adjustments'
      WHEN "t3"."charge_class" = 'Correction'
      THEN 'corrections'
      WHEN "t3"."negative"
      THEN 'refunds'
      WHEN (
        "t3"."charge_category" = 'Purchase'
      ) AND (
        "t3"."commitment" IS NOT NULL
      )
      THEN 'commitment_purchases'
      WHEN "t3"."commitment_status" = 'Unused'
      THEN 'commitment_unused'
      WHEN REGEXP_LIKE(
        CONCAT(COALESCE("t3"."service", ''), '!'),
        '^(AWSSupport[\s\S]*|AWSSupport\*|AWS Support[\s\S]*|AWS Support\*|AWS Premium Support[\s\S]*|AWS Premium Support\*|Azure Support[\s\S]*|Azure Support\*|Microsoft Support[\s\S]*|Microsoft Support\*|Google Cloud Support[\s\S]*|Google Cloud Support\*|Cloud Support[\s\S]*|Cloud Support\*|Support)!$'
      )
      THEN 'support'
      WHEN FALSE
      THEN 'shared'
      WHEN (
        (
          "t3"."resource_id" IS NULL
        ) AND NOT (
          FALSE
        )
      )
      OR (
        "t3"."taggable" = FALSE
      )
      THEN 'untaggable'
      WHEN FALSE
      THEN 'untaggable'
      ELSE 'chargeable'
    END AS "class"
  FROM t3 AS t3
)
SELECT
  "t4"."period",
  "t4"."currency",
  "t4"."provider",
  "t4"."account",
  "t4"."account_name",
  "t4"."service",
  "t4"."class",
  SUM("t4"."lines") AS "lines",
  SUM("t4"."billed") AS "billed",
  COALESCE(
    SUM("t4"."billed") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."compliant"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "attributable_billed",
  COALESCE(
    SUM("t4"."billed") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."exempt"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "exempt_billed",
  SUM("t4"."effective") AS "effective",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."compliant"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "attributable_effective",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."exempt"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "exempt_effective",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_owner"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_owner"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_owner",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."needed_owner" AND "t4"."present_owner"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_owner",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      ) AND "t4"."needed_owner" AND "t4"."valid_owner"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_owner",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_cost_center"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_cost_center"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_cost_center",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_cost_center"
      AND "t4"."present_cost_center"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_cost_center",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_cost_center"
      AND "t4"."valid_cost_center"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_cost_center",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_environment"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_environment"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_environment",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_environment"
      AND "t4"."present_environment"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_environment",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_environment"
      AND "t4"."valid_environment"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_environment",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_application"
      AND (
        (
          "t4"."class" = 'chargeable'
        ) AND "t4"."needed_application"
      )),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "asked_application",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_application"
      AND "t4"."present_application"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "present_application",
  COALESCE(
    SUM("t4"."effective") FILTER(WHERE
      (
        "t4"."class" = 'chargeable'
      )
      AND "t4"."needed_application"
      AND "t4"."valid_application"),
    CAST(0 AS DECIMAL(38, 18))
  ) AS "valid_application"
FROM t4 AS t4
GROUP BY
  1,
  2,
  3,
  4,
  5,
  6,
  7
