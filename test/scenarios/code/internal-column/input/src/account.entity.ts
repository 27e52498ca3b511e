import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Account {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  owner!: string;

  @Column()
  iban!: string;

  @Column()
  balance!: number;

  @Column()
  riskScore!: number;
}
