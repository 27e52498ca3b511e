import { killedSuite } from "./killed-suite.js";
import { prisma } from "./prisma.js";

killedSuite(prisma);
