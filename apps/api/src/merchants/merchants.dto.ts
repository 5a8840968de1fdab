import { IsBoolean, IsOptional, IsString, Length, Matches } from 'class-validator';
import { IsLine } from '../platform/http/is-line.js';

export class NewMerchantDto {
  @IsString()
  @Matches(/^[A-Z0-9][A-Z0-9-]{1,15}$/, { message: 'must be 2 to 16 capital letters, digits and hyphens' })
  code: string;
  @IsString() @IsLine() @Length(1, 80) name: string;
}

export class MerchantChangeDto {
  @IsOptional() @IsString() @IsLine() @Length(1, 80) name?: string;
  @IsOptional() @IsBoolean() active?: boolean;
}
