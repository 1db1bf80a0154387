using Microsoft.AspNetCore.Identity;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Web.Accounts;

/// <summary>The signing key and the first administrator, made before the service reports ready.</summary>
public sealed partial class AccountSeed(IConfiguration configuration, TimeProvider time, ILogger<AccountSeed> log) : IDatabaseSeed
{
    /// <summary>The first administrator's address; the password comes from configuration <c>Admin:Password</c>.</summary>
    public const string AdministratorEmail = "admin@shop.local";

    private const string Stored = "select password_hash from accounts where normalized_email = $1 and $2 = any(roles)";

    // Whoever was logged in before is not the administrator of the new password: cookies end with the stamp, refresh tokens here.
    private const string Upsert = """
        with administrator as (
            insert into accounts (id, email, normalized_email, password_hash, security_stamp, concurrency_stamp, roles)
            values ($1, $2, $3, $4, $5, $5, $6)
            on conflict (normalized_email) do update set password_hash = excluded.password_hash,
                security_stamp = excluded.security_stamp, concurrency_stamp = excluded.concurrency_stamp, roles = excluded.roles,
                access_failed_count = 0, lockout_end = null
            returning id)
        delete from refresh_sessions where account_id in (select id from administrator)
        """;

    public async Task SeedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await SigningKey.CreateWhenMissingAsync(database, cancellationToken);
        if (configuration["Admin:Password"] is { Length: > 0 } password)
            await SetAdministratorAsync(database, password, cancellationToken);
        else
            LogNoAdministrator(log);
    }

    // The administrator's password follows the configuration: changing it there and restarting changes it here. A restart
    // with the same password changes nothing, so that it logs nobody out.
    private async Task SetAdministratorAsync(NpgsqlDataSource database, string password, CancellationToken cancellationToken)
    {
        var hasher = new PasswordHasher<Account>();
        var account = new Account { Id = Guid.CreateVersion7(time.GetUtcNow()), Email = AdministratorEmail };
        var normalized = new UpperInvariantLookupNormalizer().NormalizeEmail(AdministratorEmail);

        await using var read = database.CreateCommand(Stored);
        read.Parameters.Add(new() { Value = normalized });
        read.Parameters.Add(new() { Value = AccountClaims.Administrator });
        var stored = await read.ExecuteScalarAsync(cancellationToken) as string;
        if (stored is not null && hasher.VerifyHashedPassword(account, stored, password) != PasswordVerificationResult.Failed) return;

        await using var write = database.CreateCommand(Upsert);
        var stamp = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        foreach (var value in (object[])[account.Id, account.Email, normalized!, hasher.HashPassword(account, password), stamp, new[] { AccountClaims.Administrator }])
            write.Parameters.Add(new() { Value = value });
        await write.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(2002, LogLevel.Warning, "No Admin:Password is configured: nobody can log in as administrator")]
    private static partial void LogNoAdministrator(ILogger log);
}
