import { Exclude } from "class-transformer";
import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("patients")
export class Patient {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  name!: string;

  @Column({ type: "varchar", nullable: true })
  phone!: string | null;

  @Exclude()
  @Column({ type: "varchar", nullable: true, select: false })
  insuranceNo!: string | null;

  @Column({ type: "varchar", nullable: true })
  policyNo!: string | null;
}
