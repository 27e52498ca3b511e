import addCheck from "./add-check.js";
import addColumnBackfill from "./add-column-backfill.js";
import addColumnConstraint from "./add-column-constraint.js";
import addColumnDomain from "./add-column-domain.js";
import addColumnGenerated from "./add-column-generated.js";
import addColumnNotNull from "./add-column-not-null.js";
import addColumnSerial from "./add-column-serial.js";
import addColumnVolatileDefault from "./add-column-volatile-default.js";
import addExclusion from "./add-exclusion.js";
import addForeignKey from "./add-foreign-key.js";
import addIndex from "./add-index.js";
import addPrimaryKey from "./add-primary-key.js";
import addUnique from "./add-unique.js";
import attachPartition from "./attach-partition.js";
import breakWrites from "./break-writes.js";
import certainFailure from "./certain-failure.js";
import changeColumnType from "./change-column-type.js";
import changeDomain from "./change-domain.js";
import changeRows from "./change-rows.js";
import concurrentlyInTransaction from "./concurrently-in-transaction.js";
import copyTable from "./copy-table.js";
import createPartition from "./create-partition.js";
import detachPartition from "./detach-partition.js";
import disableGuard from "./disable-guard.js";
import dropColumn from "./drop-column.js";
import dropConstraint from "./drop-constraint.js";
import dropDefault from "./drop-default.js";
import dropIndex from "./drop-index.js";
import dropObject from "./drop-object.js";
import dropTable from "./drop-table.js";
import dropType from "./drop-type.js";
import dropView from "./drop-view.js";
import editedAfterMerge from "./edited-after-merge.js";
import keptLock from "./kept-lock.js";
import needsValues from "./needs-values.js";
import newerThanServer from "./newer-than-server.js";
import notUnderstood from "./not-understood.js";
import openPlan from "./open-plan.js";
import reindex from "./reindex.js";
import renameColumn from "./rename-column.js";
import renameEnumValue from "./rename-enum-value.js";
import renameTable from "./rename-table.js";
import renameType from "./rename-type.js";
import replaceUnique from "./replace-unique.js";
import replaceUniqueConstraint from "./replace-unique-constraint.js";
import restrictAccess from "./restrict-access.js";
import rewriteTable from "./rewrite-table.js";
import { isPlanned, isReported, type PlannedRule, type ReportedRule, type Rule } from "./rule.js";
import sessionDefault from "./session-default.js";
import setNotNull from "./set-not-null.js";
import syntaxError from "./syntax-error.js";
import transactionOverride from "./transaction-override.js";
import truncate from "./truncate.js";
import unreadCode from "./unread-code.js";
import useNewEnumValue from "./use-new-enum-value.js";
import validateConstraint from "./validate-constraint.js";
import waiver from "./waiver.js";

/** Every rule, in the order of their names. This file is generated: npm run lists. */
export const rules: readonly Rule[] = [
  addCheck,
  addColumnBackfill,
  addColumnConstraint,
  addColumnDomain,
  addColumnGenerated,
  addColumnNotNull,
  addColumnSerial,
  addColumnVolatileDefault,
  addExclusion,
  addForeignKey,
  addIndex,
  addPrimaryKey,
  addUnique,
  attachPartition,
  breakWrites,
  certainFailure,
  changeColumnType,
  changeDomain,
  changeRows,
  concurrentlyInTransaction,
  copyTable,
  createPartition,
  detachPartition,
  disableGuard,
  dropColumn,
  dropConstraint,
  dropDefault,
  dropIndex,
  dropObject,
  dropTable,
  dropType,
  dropView,
  editedAfterMerge,
  keptLock,
  needsValues,
  newerThanServer,
  notUnderstood,
  openPlan,
  reindex,
  renameColumn,
  renameEnumValue,
  renameTable,
  renameType,
  replaceUnique,
  replaceUniqueConstraint,
  restrictAccess,
  rewriteTable,
  sessionDefault,
  setNotNull,
  syntaxError,
  transactionOverride,
  truncate,
  unreadCode,
  useNewEnumValue,
  validateConstraint,
  waiver,
] as readonly unknown[] as readonly Rule[];

/** Those that `check` reports. */
export const reportedRules: readonly ReportedRule[] = rules.filter(isReported);

/** Those that plans rewrite. */
export const plannedRules: readonly PlannedRule[] = rules.filter(isPlanned);
