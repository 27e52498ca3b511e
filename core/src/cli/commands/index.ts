import type { CliCommand } from "../command.js";
import abandon from "./abandon.js";
import announce from "./announce.js";
import backfillCancel from "./backfill-cancel.js";
import backfillEnqueue from "./backfill-enqueue.js";
import backfillFailures from "./backfill-failures.js";
import backfillPause from "./backfill-pause.js";
import backfillResume from "./backfill-resume.js";
import backfillRun from "./backfill-run.js";
import backfillSet from "./backfill-set.js";
import backfillStatus from "./backfill-status.js";
import check from "./check.js";
import code from "./code.js";
import completion from "./completion.js";
import deploy from "./deploy.js";
import doctor from "./doctor.js";
import drift from "./drift.js";
import explain from "./explain.js";
import init from "./init.js";
import next from "./next.js";
import onlineRun from "./online-run.js";
import plan from "./plan.js";
import rehearse from "./rehearse.js";
import rename from "./rename.js";
import repair from "./repair.js";
import report from "./report.js";
import rewrite from "./rewrite.js";
import stats from "./stats.js";
import status from "./status.js";
import undo from "./undo.js";
import verify from "./verify.js";
import watch from "./watch.js";

/** Every command, in the order of their names. This file is generated: npm run lists. */
export const commands: readonly CliCommand[] = [
  abandon,
  announce,
  backfillCancel,
  backfillEnqueue,
  backfillFailures,
  backfillPause,
  backfillResume,
  backfillRun,
  backfillSet,
  backfillStatus,
  check,
  code,
  completion,
  deploy,
  doctor,
  drift,
  explain,
  init,
  next,
  onlineRun,
  plan,
  rehearse,
  rename,
  repair,
  report,
  rewrite,
  stats,
  status,
  undo,
  verify,
  watch,
];
