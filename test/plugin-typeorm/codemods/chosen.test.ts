import { fileURLToPath } from "node:url";
import { chosenInEveryPhase } from "../../support/chosen-phases.js";
import { columns } from "./columns.js";
import { apply, editFor, editForBoth, undoOf, withEntities } from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/cases/", import.meta.url));

chosenInEveryPhase({ folder, columns, filesOf: withEntities, apply, editFor, editForBoth, undoOf });
