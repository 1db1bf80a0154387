using System.IdentityModel.Tokens.Jwt;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Shop.ServiceDefaults;

/// <summary>Registration of authentication by Web's tokens.</summary>
public static class AuthenticationExtensions
{
    /// <summary>
    /// Bearer tokens signed by Web (ES256), checked with the keys of its discovery document. Policies: the default one demands
    /// a logged-in customer; <c>admin</c> the role of that name.
    /// </summary>
    public static IHostApplicationBuilder AddShopAuthentication(this IHostApplicationBuilder builder)
    {
        // Claims keep their names. The handlers of both generations of JwtBearer read this default when they are created.
        JwtSecurityTokenHandler.DefaultMapInboundClaims = false;
        builder.Services.AddHttpClient(SigningKeys.ClientName);
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<SigningKeys>((options, keys) => Configure(options, keys));
        builder.Services.AddAuthorizationBuilder().AddPolicy(ShopClaims.Admin, p => p.RequireAuthenticatedUser().RequireRole(ShopClaims.Admin));
        return builder;
    }

    /// <summary>
    /// Authenticates requests that bring something to be known by. Without any of it every scheme finds nobody, and finding
    /// that took a tenth of the time of a warm page.
    /// </summary>
    internal static void UseAuthenticationOfCredentials(this IApplicationBuilder app)
    {
        // Unless told that it is there, WebApplication puts the middleware before everything else by itself.
        app.Properties["__AuthenticationMiddlewareSet"] = true;
        app.UseWhen(HasCredentials, branch => branch.UseAuthentication());
    }

    private static bool HasCredentials(HttpContext context) =>
        context.Request.Headers is { Authorization.Count: > 0 } or { Cookie.Count: > 0 };

    private static void Configure(JwtBearerOptions options, SigningKeys keys)
    {
        options.ConfigurationManager = keys;
        options.RequireHttpsMetadata = false; // Service to service inside the graph; the gateway is the edge.
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = ShopClaims.Issuer,
            ValidAudience = ShopClaims.Issuer,
            NameClaimType = ShopClaims.Subject,
            RoleClaimType = ShopClaims.Role,
            ClockSkew = TimeSpan.FromSeconds(30),
            RequireSignedTokens = true,
            RequireExpirationTime = true,
        };
    }
}
