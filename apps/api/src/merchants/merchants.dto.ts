import { IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';

export class NewMerchantDto {
  @IsString()
  @Matches(/^[A-Z0-9][A-Z0-9-]{1,15}$/, { message: 'must be 2 to 16 capital letters, digits and hyphens' })
  code: string;
  @IsString() @Length(1, 80) name: string;
}

export class MerchantChangeDto {
  @IsOptional() @IsString() @Length(1, 80) name?: string;
  @IsOptional() @IsBoolean() active?: boolean;
}
