import type { Transform } from "@lockstep/core/codemods";
import { select } from "./reads/select.js";
import { typedReads } from "./reads/typed-reads.js";
import { typeormCode } from "./typeorm-code.js";
import { createData } from "./writes/create-data.js";
import { leaveUnique } from "./writes/leave-unique.js";
import { requestDto } from "./writes/request-dto.js";
import { updateData } from "./writes/update-data.js";

/** The transforms of code that uses TypeORM's repositories, managers and query builders. */
export const typeormTransforms: readonly Transform[] = [
  { ...createData, orm: typeormCode },
  requestDto,
  select,
  updateData,
  leaveUnique,
  typedReads,
];
