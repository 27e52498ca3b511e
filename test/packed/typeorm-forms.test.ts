import { typeormForms } from "./typeorm-shapes.js";
import { testWalks } from "./typeorm-walks.js";

testWalks(typeormForms);
