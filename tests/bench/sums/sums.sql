-- The sums of a generated recording. FILE, FIRST and END are put in before it is run.
CREATE VIEW lines AS SELECT * FROM read_json('FILE', format = 'newline_delimited', columns = {
  kind: 'VARCHAR', tid: 'BIGINT', call: 'BIGINT', address: 'VARCHAR', returned: 'BIGINT',
  parts: 'BIGINT', path: 'VARCHAR', count: 'BIGINT', refs: 'BIGINT',
  run: 'STRUCT(path VARCHAR, count BIGINT, refs BIGINT)'
});
CREATE TABLE events AS SELECT *,
  kind = 'call' AND returned >= 0 AND address >= 'FIRST' AND address < 'END' AS inside
FROM lines WHERE kind IN ('call', 'run', 'put');
CREATE VIEW runs AS
  SELECT tid, call, path = 'fast' AS judged, count, refs FROM events WHERE kind = 'run'
  UNION ALL
  SELECT tid, call, inside AND run.path = 'fast', run.count, run.refs FROM events
  WHERE kind = 'call' AND run IS NOT NULL;
SELECT concat_ws(' ',
  (SELECT count(*) FROM events WHERE kind = 'call'),
  (SELECT sum(greatest(0, returned)) FROM events WHERE kind = 'call'),
  (SELECT sum(count) FROM runs), (SELECT sum(count * refs) FROM runs),
  (SELECT sum(count) FROM events WHERE kind = 'put'),
  (SELECT sum(count * refs) FROM events WHERE kind = 'put'),
  (SELECT count(*) FROM events JOIN (
    SELECT tid, call, sum(count * refs) AS got FROM runs GROUP BY ALL
  ) AS r USING (tid, call) WHERE inside AND got = returned));
SELECT concat_ws(' ', 'refs', 1::BIGINT << floor(log2(refs))::INT, sum(count)) FROM runs
WHERE judged GROUP BY floor(log2(refs));
SELECT concat_ws(' ', 'pages', 1::BIGINT << floor(log2(returned))::INT, count(*)) FROM events
WHERE inside GROUP BY floor(log2(returned));
