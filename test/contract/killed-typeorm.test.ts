import { killedSuite } from "./killed-suite.js";
import { typeorm } from "./typeorm.js";

killedSuite(typeorm("1.1.1"));
