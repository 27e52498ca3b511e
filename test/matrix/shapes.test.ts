import { clientDefaults, shapes } from "./cases/shapes.js";
import { matrix } from "./matrix.js";

matrix("shapes and annotations", [...clientDefaults, ...shapes]);
