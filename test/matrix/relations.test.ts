import { indexes, relations } from "./cases/relations.js";
import { matrix } from "./matrix.js";

matrix("relations and indexes", [...indexes, ...relations]);
