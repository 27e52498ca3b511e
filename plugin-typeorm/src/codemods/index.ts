import type { Transform } from "@lockstep/core/codemods";
import { createData } from "./create-data.js";
import { leaveUnique } from "./leave-unique.js";
import { requestDto } from "./request-dto.js";
import { select } from "./select.js";
import { typedReads } from "./typed-reads.js";
import { typeormCode } from "./typeorm-code.js";
import { updateData } from "./update-data.js";

/** The transforms of code that works with TypeORM's repositories, managers and query builders. */
export const typeormTransforms: readonly Transform[] = [
  { ...createData, orm: typeormCode },
  requestDto,
  select,
  updateData,
  leaveUnique,
  typedReads,
];
