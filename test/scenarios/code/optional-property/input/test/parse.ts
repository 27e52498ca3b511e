import { contactLine } from "../src/contact.line";
import { contactResponse } from "../src/contact.schema";
import { ada } from "./contact.fixture";

// Run by the tests after each phase: rows with null go through.
contactResponse.array().parse([ada, contactLine(ada)]);
