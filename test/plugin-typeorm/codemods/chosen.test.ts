import { fileURLToPath } from "node:url";
import { chosenInEveryPhase } from "../../support/chosen-phases.js";
import { goldenCases } from "../../support/goldens.js";
import { columns } from "./columns.js";
import { apply, editFor, editForBoth, undoOf, untyped, withEntities } from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/cases/", import.meta.url));

/** Choosing and undoing edits depends on the text alone: types change nothing. */
const named = goldenCases(folder, columns).map(({ name }) => name);
const byName = Object.fromEntries(named.map((name) => [name, { ...columns[name], ...untyped }]));

chosenInEveryPhase({ folder, columns: byName, filesOf: withEntities, apply, editFor, editForBoth, undoOf });
