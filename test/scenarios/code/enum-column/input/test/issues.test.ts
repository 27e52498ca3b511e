import type { Issue } from "@prisma/client";
import { present } from "../src/issues";

const issue: Issue = { id: 1, title: "Crash", details: "On start", state: "OPEN" };

export const presented = present(issue);
