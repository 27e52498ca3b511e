import { ask, covers } from "./column-unused.js";
import type { Gate, GateAbout } from "./gate.js";

const about: GateAbout = {
  before: "contract, if it drops a table",
  opens: "no running build uses the table. Services announce it, or you confirm it",
  page: "[Services](services.md#when-a-column-is-about-to-be-dropped)",
  command: "next",
};

/** No running build reads or writes a table that contract is about to drop: as `column-unused`, for all of its columns. */
export default { about, isConfirmed: true, covers, ask } satisfies Gate;
