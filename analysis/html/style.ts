/**
 * How a page looks: by light and by dark, on a phone, on paper.
 *
 * Colours of marks are those of Okabe and Ito, which can be told apart by those who are colour-blind; what a
 * colour says is said in words as well.
 *
 * @module
 */

/** The style sheet. */
export const STYLE: string = `
:root { color-scheme: light dark;
  --paper: #fff; --card: #f6f7f9; --ink: #1b1f24; --faint: #59636e; --line: #d5dae0;
  --orange: #d98200; --sky: #3a9fdc; --green: #009e73; --blue: #0072b2; --red: #d55e00; --purple: #b8609a;
  --good: #00704f; --bad: #b24800; --odd: #6b5b00; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14171b; --card: #1d2126; --ink: #e8eaed; --faint: #a3adb8; --line: #363c44;
  --orange: #e69f00; --sky: #56b4e9; --green: #17b58a; --blue: #2f8fd0; --red: #e8762b; --purple: #cc79a7;
  --good: #3fd0a4; --bad: #ff9a4d; --odd: #f0e442; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, p, dl, figure { margin: 0; }
h1 { font-size: .95rem; font-weight: 400; color: var(--faint); }
h2 { margin: 2.2rem 0 .7rem; font-size: 1.2rem; line-height: 1.3; }
h2 small { font-weight: 400; font-size: .85rem; color: var(--faint); }
.note, figcaption span, .none { color: var(--faint); font-size: .85rem; }
.verdict {
  margin-top: .4rem; padding: .8rem 1rem; border-left: .4rem solid var(--odd);
  background: var(--card); }
.verdict strong { display: block; font-size: 2rem; line-height: 1.2; color: var(--odd); }
.verdict strong small {
  display: inline-block; line-height: 1.4; font-size: .9rem; font-weight: 400; color: var(--faint); }
.verdict.good { border-color: var(--good); } .verdict.good strong { color: var(--good); }
.verdict.bad { border-color: var(--bad); } .verdict.bad strong { color: var(--bad); }
.alarm { color: var(--bad); font-weight: 600; }
.tiles {
  margin-top: 1rem; display: grid; gap: .6rem;
  grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); padding: 0; list-style: none; }
.tiles li { padding: .5rem .8rem; background: var(--card); }
.tiles b {
  display: block; white-space: nowrap; font-size: 1.5rem; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.tiles span { font-size: .85rem; color: var(--faint); }
.note + .pair { margin-top: .9rem; }
.pair {
  display: grid; gap: 1.2rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.pair > *, .rows > *, .cards > * { min-width: 0; }
.cards {
  display: grid; gap: .9rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
.cards figure { padding: .8rem; background: var(--card); }
figcaption { margin-bottom: .4rem; line-height: 1.35; }
svg { display: block; width: 100%; height: auto; }
.chart { max-width: 34rem; }
.map .rows {
  display: grid; gap: .7rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14rem), 1fr)); }
.map .row p { margin-top: .2rem; line-height: 1.3; }
.map .row p { font-size: .8rem; color: var(--faint); font-variant-numeric: tabular-nums; }
.map .row p b { display: inline-block; color: var(--ink); }
.map svg { background: var(--card); outline: 1px solid var(--line); }
.g0 { fill: var(--sky); }
.g1 { fill: var(--orange); }
.g2 { fill: var(--green); }
.g3 { fill: var(--purple); }
.g4 { fill: var(--blue); }
.slow { fill: var(--faint); } .unknown { fill: none; stroke: var(--faint); stroke-width: .1; }
.s0 { fill: var(--red); stroke: var(--red); }
.s1 { fill: var(--blue); stroke: var(--blue); }
.s2 { fill: var(--green); stroke: var(--green); }
.s3 { fill: var(--purple); stroke: var(--purple); }
.s4 { fill: var(--orange); stroke: var(--orange); }
.s5 { fill: var(--sky); stroke: var(--sky); }
.only .s0 { fill: var(--blue); stroke: var(--blue); }
rect[class], circle[class], .chart path[opacity] { stroke: none; }
circle[class] { fill-opacity: .75; }
.curve { fill: none !important; stroke-width: 2; stroke-linejoin: round; }
.dashed { stroke-dasharray: 5 3; }
.axis path { stroke: var(--line); } .axis text, .label, .count { font-size: 11px; fill: var(--faint); }
.axis.x text { text-anchor: middle; }
.axis.y text, .label { text-anchor: end; }
.count { fill: var(--ink); }
.legend {
  display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 .6rem; padding: 0;
  list-style: none; font-size: .9rem; }
.legend svg { display: inline-block; width: 1.6em; height: .8em; margin-right: .4em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td {
  padding: .25rem .9rem .25rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--faint); }
.n { text-align: right; white-space: nowrap; }
tbody th { overflow-wrap: normal; }
dl {
  display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .2rem 1rem;
  font-size: .9rem; }
dt { color: var(--faint); } dd { margin: 0; }
@media (max-width: 30rem) {
  .map .rows { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .4rem; } }
details { margin-top: .5rem; } summary { cursor: pointer; color: var(--faint); font-size: .85rem; }
summary:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
section > details > summary { font-size: 1rem; color: var(--ink); }
pre {
  margin: .4rem 0; padding: .7rem; max-height: 30rem; overflow: auto; background: var(--card);
  font: .78rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
footer { margin-top: 2.5rem; font-size: .8rem; color: var(--faint); }
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --faint: #444; --line: #bbb; }
body {
  max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }
  figure, .verdict, table, .tiles li { break-inside: avoid; } h2 { break-after: avoid; }
  .cards { grid-template-columns: 1fr 1fr; } figure details { display: none; } }
`;
