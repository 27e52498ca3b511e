import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Player {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  name!: string;

  @Column()
  score!: number;

  @Column()
  wins!: number;

  @Column()
  level!: number;
}
