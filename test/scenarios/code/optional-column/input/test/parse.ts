import { contactResponse } from "../src/contact.schemas";
import { contactView } from "../src/contact.view";
import { ada, makeContact } from "./contact.fixture";

// Run by the tests after each phase: rows with null go through.
contactResponse.array().parse([ada, makeContact(), contactView(ada)]);
