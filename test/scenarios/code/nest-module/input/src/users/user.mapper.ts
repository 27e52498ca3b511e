import type { UserResponseDto } from "./dto/user-response.dto";
import type { User } from "./user.entity";

export class UserMapper {
  static toResponse(user: User): UserResponseDto {
    return {
      id: user.id,
      email: user.email,
      name: user.name,
      city: user.city,
    };
  }
}
