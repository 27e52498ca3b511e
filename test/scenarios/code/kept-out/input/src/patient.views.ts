import type { Patient } from "./patient";

export type PublicPatient = Omit<Patient, "insuranceNo">;

export function toPublic({ insuranceNo: _, ...patient }: Patient): PublicPatient {
  return patient;
}

export function redact(patient: Patient): Omit<Patient, "insuranceNo" | "phone"> {
  const copy: Partial<Patient> = { ...patient };
  delete copy.insuranceNo;
  delete copy.phone;
  return copy as Omit<Patient, "insuranceNo" | "phone">;
}

// The number is shown under another name: what the rest has is not what is kept out.
export function toLabel({ insuranceNo, ...patient }: Patient) {
  return { ...patient, label: `No. ${insuranceNo}` };
}

// Only staff may clear it. Where there is one statement, another one needs braces.
export function clear(patient: Partial<Patient>, isStaff: boolean): Partial<Patient> {
  if (isStaff) delete patient.insuranceNo;
  return patient;
}
