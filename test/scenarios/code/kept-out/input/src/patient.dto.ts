import { OmitType, PickType } from "@nestjs/swagger";

export class CreatePatientDto {
  name!: string;
  phone?: string;
  insuranceNo?: string;
}

export class UpdatePatientDto extends OmitType(CreatePatientDto, ["insuranceNo"] as const) {}
export class CallDto extends PickType(CreatePatientDto, ["name", "phone"] as const) {}
