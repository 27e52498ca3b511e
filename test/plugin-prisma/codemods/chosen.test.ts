import { fileURLToPath } from "node:url";
import { chosenInEveryPhase } from "../../support/chosen-phases.js";
import { columns } from "./columns.js";
import { apply, editFor, editForBoth, single, undoOf } from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));

chosenInEveryPhase({ folder, columns, filesOf: single, apply, editFor, editForBoth, undoOf });
