import {
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateIf,
} from 'class-validator';
import type { CommandOp } from '#lib/contracts';
import { IsLine } from '../platform/http/is-line.js';

const OPS: CommandOp[] = ['print', 'weigh', 'zero', 'tare', 'route', 'light', 'beep', 'trigger', 'status'];

export class NewAgentDto {
  @IsString()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/, {
    message: 'must be letters, digits and . _ ~ -, at most 64',
  })
  code: string;
  @IsString() @IsLine() @Length(1, 80) name: string;
}

export class ClaimDto {
  @IsString() @Length(8, 32) claimCode: string;
  /** PKCS #10 in PEM for a key that the agent made: it is answered with a certificate instead of a password. */
  @IsOptional() @IsString() @Length(100, 8192) certificateRequest?: string;
}

export class DeviceChangeDto {
  /** Where it stands; null takes it off its station. */
  @IsOptional() @ValidateIf((_, value) => value !== null) @IsString() @Length(1, 64) stationCode?:
    | string
    | null;
  /** True: its agent lets it go, and it takes no commands. False: it is attached again, set up as before. */
  @IsOptional() @IsBoolean() disabled?: boolean;
}

export class TestCommandDto {
  @IsIn(OPS) op: CommandOp;
  @IsOptional() @IsObject() args?: Record<string, unknown>;
}
