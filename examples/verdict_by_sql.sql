-- The numbers of a verdict, out of the tables that `export` writes. In DuckDB:
--   CREATE VIEW calls AS FROM 'FOLDER/calls.parquet';
--   CREATE VIEW runs AS FROM 'FOLDER/runs.parquet';
--   .read examples/verdict_by_sql.sql
WITH counted AS (
  SELECT
    count(*) AS calls,
    sum(pages) AS pages,
    sum(grabs) AS grabs,
    sum(refs) AS refs,
    sum(least_grabs) AS least_grabs,
    sum(leaves_pte) AS leaves_pte,
    sum(leaves_pmd) AS leaves_pmd,
    sum(leaves_pud) AS leaves_pud,
    sum(slow_pages) AS slow_pages,
    sum(undone_grabs) AS undone_grabs,
    sum(lookups) AS lookups,
    sum(real_lookups) AS real_lookups
  FROM calls
  WHERE set_aside IS NULL
),
judged AS (
  SELECT
    count(*) AS judged_calls,
    sum(grabs) AS judged_grabs,
    sum(fast_pages) AS judged_pages,
    sum(least_grabs) AS judged_least,
    sum(CASE WHEN grabs > least_grabs THEN 1 ELSE 0 END) AS excess,
    sum(CASE WHEN grabs <> fast_pages THEN 1 ELSE 0 END) AS not_per_page
  FROM calls
  WHERE judged AND balance = 'even'
),
listed AS (
  SELECT sum(runs.grabs) AS grabs_of_runs
  FROM runs
  JOIN calls ON calls.tid = runs.tid AND calls.call_no = runs.call_no
  WHERE calls.set_aside IS NULL AND runs.outcome = 'kept'
)
SELECT
  *,
  CASE
    WHEN judged_calls = 0 THEN 'undecided'
    WHEN (SELECT count(*) FROM calls WHERE judged AND balance = 'uneven') > 0 THEN 'unbalanced'
    WHEN excess = 0 THEN 'once'
    WHEN not_per_page = 0 THEN 'per-page'
    ELSE 'repeated'
  END AS seen
FROM counted CROSS JOIN judged CROSS JOIN listed;
