import { columnName, type NamedColumn } from "../plan/follow-names.js";
import { counted } from "./counted.js";

type Columns = readonly NamedColumn[];

/** The one line about new columns that passed without a plan. */
export function likelyPlacesText(count: number, columns: Columns): string {
  return `Lockstep: ${counted(count, "place")} in the code may need ${namesOf(columns)}: ${command(columns)}`;
}

/** The same if counting takes too long. */
export function placesOfText(columns: Columns): string {
  const models = [...new Set(columns.map(({ model }) => `${model}'s`))].join(" and ");
  return `Lockstep: ${command(columns)} lists the places in your code that name ${models} columns`;
}

function namesOf(columns: Columns): string {
  return columns.map(columnName).join(", ");
}

function command(columns: Columns): string {
  return `npx lockstep code ${columns.map(columnName).join(",")}`;
}
