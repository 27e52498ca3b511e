import { deepStrictEqual } from "node:assert";
import { redact, toPublic } from "../src/patient.views";

// Run by the tests after each phase. Before switch, code shows the column as it shows any that it does not know.
const patient = { id: 1, name: "Ada", phone: null, insuranceNo: "A1", policyNo: null };
deepStrictEqual(Object.assign(toPublic(patient), { policyNo: null }), { id: 1, name: "Ada", phone: null, policyNo: null });
deepStrictEqual(Object.assign(redact(patient), { policyNo: null }), { id: 1, name: "Ada", policyNo: null });
