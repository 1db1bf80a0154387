using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Problems;
using Shop.Web.Carts;

namespace Shop.Web.Accounts;

/// <summary>The accounts API: register, login, refresh, me.</summary>
public static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/users").WithTags("Users");
        users.MapGet("/me", Me).RequireAuthorization().WithName("GetMe").WithSummary("The account of the caller");
        var open = users.MapGroup("").AllowAnonymous().RequireRateLimiting(AccountLimits.Policy);
        open.MapPost("/register", RegisterAsync).WithName("Register").WithSummary("Create an account")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        open.MapPost("/login", LoginAsync).WithName("Login").WithSummary("Exchange e-mail and password for tokens")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        open.MapPost("/refresh", RefreshAsync).WithName("Refresh").WithSummary("Exchange a refresh token, once, for new tokens")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized);
    }

    private static AccountResponse Me(ClaimsPrincipal caller) => new(
        Guid.Parse(caller.FindFirstValue(AccountClaims.Id)!),
        caller.FindFirstValue(AccountClaims.Email) ?? "",
        [.. caller.FindAll(AccountClaims.Role).Select(role => role.Value)]);

    private static async Task<Created<AccountResponse>> RegisterAsync(
        Credentials credentials, AccountService accounts, CartMerge carts, HttpContext context, CancellationToken cancellationToken)
    {
        credentials.ThrowIfInvalid();
        var account = await accounts.RegisterAsync(credentials)
            ?? throw new ProblemException(StatusCodes.Status409Conflict, "email_taken", "An account with this e-mail address exists.", "email");
        await carts.MergeAsync(context, account.Id, cancellationToken);
        return TypedResults.Created("/api/users/me", new AccountResponse(account.Id, account.Email, account.Roles));
    }

    private static async Task<Ok<TokenResponse>> LoginAsync(
        Credentials credentials, AccountService accounts, Sessions sessions, CartMerge carts, HttpContext context, CancellationToken cancellationToken)
    {
        credentials.ThrowIfIncomplete();
        var outcome = await accounts.LoginAsync(credentials);
        if (outcome.LockedFor is { } wait) throw LockedOut(wait);
        var account = outcome.Account ?? throw new ProblemException(
            StatusCodes.Status401Unauthorized, "invalid_credentials", "E-mail address or password is wrong.");
        await carts.MergeAsync(context, account.Id, cancellationToken);
        return TypedResults.Ok(await sessions.StartAsync(account, cancellationToken));
    }

    private static async Task<Ok<TokenResponse>> RefreshAsync(RefreshRequest request, Sessions sessions, CancellationToken cancellationToken)
    {
        var validator = new Validator();
        validator.Check(!string.IsNullOrEmpty(request.RefreshToken), "refreshToken", "is required");
        validator.ThrowIfInvalid();
        return TypedResults.Ok(await sessions.RefreshAsync(request.RefreshToken!, cancellationToken) ?? throw new ProblemException(
            StatusCodes.Status401Unauthorized, "invalid_refresh_token", "The refresh token is unknown, expired or was used before.", "refreshToken"));
    }

    private static ProblemException LockedOut(TimeSpan wait) =>
        new(StatusCodes.Status429TooManyRequests, "locked_out", "Too many wrong passwords. Try again later.") { RetryAfter = wait };
}
