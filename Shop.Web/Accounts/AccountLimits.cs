using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Shop.ServiceDefaults.Problems;

namespace Shop.Web.Accounts;

/// <summary>How often one address may try to register or log in.</summary>
public static class AccountLimits
{
    public const string Policy = "accounts";

    /// <summary>Attempts a minute and address unless <c>Accounts:AttemptsPerMinute</c> says otherwise.</summary>
    public const int DefaultAttemptsPerMinute = 300;

    public static void AddAccountLimits(this IHostApplicationBuilder builder)
    {
        var attempts = builder.Configuration.GetValue("Accounts:AttemptsPerMinute", DefaultAttemptsPerMinute);
        builder.Services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = RefuseAsync;
            limits.AddPolicy(Policy, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new() { PermitLimit = attempts, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));
        });
    }

    private static ValueTask RefuseAsync(OnRejectedContext refused, CancellationToken cancellationToken) =>
        throw new ProblemException(
            StatusCodes.Status429TooManyRequests, "too_many_requests", "Too many attempts from this address. Try again later.")
        {
            RetryAfter = refused.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1),
        };
}
