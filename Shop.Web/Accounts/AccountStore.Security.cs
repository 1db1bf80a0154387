using Microsoft.AspNetCore.Identity;

namespace Shop.Web.Accounts;

public sealed partial class AccountStore : IUserPasswordStore<Account>, IUserSecurityStampStore<Account>, IUserLockoutStore<Account>
{
    private const string CountFailure = """
        update accounts set access_failed_count = access_failed_count + 1 where id = $1 returning access_failed_count
        """;

    private const string ForgetFailures = "update accounts set access_failed_count = 0 where id = $1";
    private const string LockUntil = "update accounts set lockout_end = $2 where id = $1";

    public Task<string?> GetPasswordHashAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.PasswordHash);

    public Task SetPasswordHashAsync(Account user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.PasswordHash = passwordHash ?? "";
        return Task.CompletedTask;
    }

    public Task<bool> HasPasswordAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PasswordHash.Length > 0);

    public Task<string?> GetSecurityStampAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.SecurityStamp);

    public Task SetSecurityStampAsync(Account user, string stamp, CancellationToken cancellationToken)
    {
        user.SecurityStamp = stamp;
        return Task.CompletedTask;
    }

    public Task<bool> GetLockoutEnabledAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Lockout is on for everybody.</summary>
    public Task SetLockoutEnabledAsync(Account user, bool enabled, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.LockoutEnd);

    public async Task SetLockoutEndDateAsync(Account user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken)
    {
        user.LockoutEnd = lockoutEnd?.ToUniversalTime();
        await using var command = database.CreateCommand(LockUntil);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = (object?)user.LockoutEnd ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task<int> GetAccessFailedCountAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.AccessFailedCount);

    public async Task<int> IncrementAccessFailedCountAsync(Account user, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountFailure);
        command.Parameters.Add(new() { Value = user.Id });
        return user.AccessFailedCount = (int)(await command.ExecuteScalarAsync(cancellationToken) ?? 0);
    }

    public async Task ResetAccessFailedCountAsync(Account user, CancellationToken cancellationToken)
    {
        user.AccessFailedCount = 0;
        await using var command = database.CreateCommand(ForgetFailures);
        command.Parameters.Add(new() { Value = user.Id });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
