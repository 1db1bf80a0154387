using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Shop.Web.Accounts;

/// <summary>
/// Accounts in PostgreSQL. What decides about lockout is written at once by single statements, so that failures
/// that arrive together are all counted; the rest is written by <see cref="UpdateAsync"/> under the concurrency stamp.
/// </summary>
public sealed partial class AccountStore(NpgsqlDataSource database) : IUserEmailStore<Account>
{
    private const string Columns = """
        id, email, normalized_email, password_hash, security_stamp, concurrency_stamp, roles, access_failed_count, lockout_end
        """;

    private const string Insert = $"""
        insert into accounts ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, 0, null)
        on conflict (normalized_email) do nothing
        """;

    private const string Update = """
        update accounts set email = $2, normalized_email = $3, password_hash = $4, security_stamp = $5, concurrency_stamp = $6
        where id = $1 and concurrency_stamp = $7
        """;

    private const string Delete = "delete from accounts where id = $1 and concurrency_stamp = $2";
    private const string ById = $"select {Columns} from accounts where id = $1";
    private const string ByEmail = $"select {Columns} from accounts where normalized_email = $1";

    public async Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken)
    {
        user.ConcurrencyStamp = NewStamp();
        await using var command = database.CreateCommand(Insert);
        AddStored(command, user);
        command.Parameters.Add(new() { Value = user.Roles.ToArray() });
        var inserted = await command.ExecuteNonQueryAsync(cancellationToken);
        return inserted == 1 ? IdentityResult.Success : IdentityResult.Failed(new IdentityErrorDescriber().DuplicateEmail(user.Email));
    }

    public async Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken)
    {
        var before = user.ConcurrencyStamp;
        user.ConcurrencyStamp = NewStamp();
        await using var command = database.CreateCommand(Update);
        AddStored(command, user);
        command.Parameters.Add(new() { Value = before });
        return Single(await command.ExecuteNonQueryAsync(cancellationToken));
    }

    public async Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Delete);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = user.ConcurrencyStamp });
        return Single(await command.ExecuteNonQueryAsync(cancellationToken));
    }

    public async Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? await FindAsync(ById, id, cancellationToken) : null;

    public Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        FindAsync(ByEmail, normalizedUserName, cancellationToken);

    public Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken) =>
        FindAsync(ByEmail, normalizedEmail, cancellationToken);

    public Task<string> GetUserIdAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString("D"));

    public Task<string?> GetUserNameAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken cancellationToken) =>
        SetEmailAsync(user, userName, cancellationToken);

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.NormalizedEmail);

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken cancellationToken) =>
        SetNormalizedEmailAsync(user, normalizedName, cancellationToken);

    public Task<string?> GetEmailAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task SetEmailAsync(Account user, string? email, CancellationToken cancellationToken)
    {
        user.Email = email ?? "";
        return Task.CompletedTask;
    }

    public Task<string?> GetNormalizedEmailAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.NormalizedEmail);

    public Task SetNormalizedEmailAsync(Account user, string? normalizedEmail, CancellationToken cancellationToken)
    {
        user.NormalizedEmail = normalizedEmail ?? "";
        return Task.CompletedTask;
    }

    /// <summary>Addresses are not confirmed by mail in this shop.</summary>
    public Task<bool> GetEmailConfirmedAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task SetEmailConfirmedAsync(Account user, bool confirmed, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private static IdentityResult Single(int rows) =>
        rows == 1 ? IdentityResult.Success : IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());

    private static string NewStamp() => Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    private static void AddStored(NpgsqlCommand command, Account user)
    {
        command.Parameters.Add(new() { Value = user.Id });
        foreach (var value in (string[])[user.Email, user.NormalizedEmail, user.PasswordHash, user.SecurityStamp, user.ConcurrencyStamp])
            command.Parameters.Add(new() { Value = value });
    }

    private async Task<Account?> FindAsync(string sql, object key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        return new Account
        {
            Id = reader.GetGuid(0),
            Email = reader.GetString(1),
            NormalizedEmail = reader.GetString(2),
            PasswordHash = reader.GetString(3),
            SecurityStamp = reader.GetString(4),
            ConcurrencyStamp = reader.GetString(5),
            Roles = reader.GetFieldValue<string[]>(6),
            AccessFailedCount = reader.GetInt32(7),
            LockoutEnd = reader.IsDBNull(8) ? null : reader.GetFieldValue<DateTimeOffset>(8),
        };
    }
}
