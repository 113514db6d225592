/**
 * Before and after: recordings of two kernels in, evidence out. A door of its own: who only analyses a
 * recording does not load what statistics need.
 *
 * @module
 */

export {
  type ComparedSide,
  type ComparedWorkload,
  type CompareOptions,
  compareRecordings,
  type Comparison,
  COMPARISON_FORMAT,
  type Unlike,
} from "./compare.ts";
export {
  changeOf,
  compareCounts,
  type ComparedCount,
  type CountValue,
  type Disagreement,
  disagreementText,
  timesText,
} from "./counts.ts";
export {
  type Conditions,
  conditionsOf,
  type Difference,
  differencesOf,
  workloadWords,
} from "./likeness.ts";
export {
  adjust,
  type RankTest,
  rankTest,
  type Ratio,
  ratioOf,
  summarize,
  type Summary,
} from "./statistics.ts";
export {
  type ComparedPart,
  type ComparedTimes,
  compareTimes,
  FEW_SAMPLES,
  type Outcome,
  type TimedSide,
} from "./times.ts";
export { renderComparison, renderUnlike } from "../report/compare_text.ts";
export { renderMail } from "../report/mail.ts";
export { MAIL_WIDTH } from "../report/mail_layout.ts";
export { checkMail, type MailFault } from "../report/mail_check.ts";
