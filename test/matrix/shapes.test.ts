import { matrix } from "./matrix.js";

matrix("shapes, names and functions");
