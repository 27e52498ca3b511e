import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("checkout_lines")
export class Line {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  label!: string;

  @Column()
  quantity!: number;

  @Column()
  price!: number;
}
