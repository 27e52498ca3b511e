import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("readings")
export class Reading {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  sensor!: string;

  @Column()
  value!: number;

  @Column()
  unit!: string;

  @Column()
  quality!: string;
}
