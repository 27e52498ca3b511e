import { matrix } from "./matrix.js";

matrix("keys, relations, and what passes");
