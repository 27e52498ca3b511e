import type { Repository } from "typeorm";
import type { Patient } from "./patient";
import type { CreatePatientDto } from "./patient.dto";

export class Patients {
  constructor(private readonly patients: Repository<Patient>) {}

  add(dto: CreatePatientDto): Promise<Patient> {
    return this.patients.save(this.patients.create(dto));
  }
}
